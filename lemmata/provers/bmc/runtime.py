"""The runtime that a compiled C program is linked with: it alone hands out inputs and reports what happened."""

RUNTIME = r"""
#define LARGEST 1048576
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

unsigned long long *__lemmata_values;
long __lemmata_at, __lemmata_again, __lemmata_count;
unsigned char *__lemmata_reached;
extern void __lemmata_entry(void);
static struct told { volatile int end, site; unsigned char reached[SITES + 1]; } *told;

_Noreturn void __lemmata_fail(int site) { told->site = site; told->end = 'v'; _exit(0); }
_Noreturn void __lemmata_block(void) { told->end = 'b'; _exit(0); }
_Noreturn void __lemmata_stop(void) { told->end = 'e'; _exit(0); }

// Blocks that have not been given back. The sanitizer sees every wrong access and every wrong free; this sees leaks.
enum { MOST = 4096 };
static struct { void *at; int line; } kept[MOST];
unsigned long long __lemmata_take(void) {
  if (__lemmata_at == __lemmata_count) __lemmata_at = __lemmata_again;
  return __lemmata_values[__lemmata_at++];
}
void *__lemmata_allocate(unsigned long count, unsigned long size, int zero, int line) {
  int fails = __lemmata_take() != 0;
  if (fails) return 0;
  int i = 0;
  while (i < MOST && kept[i].at) i++;
  if (i == MOST || (size && count > LARGEST / size)) _exit(1);  // beyond what is modelled: says nothing
  void *made = zero ? calloc(count, size) : malloc(count * size);
  if (!made) _exit(1);
  kept[i].at = made, kept[i].line = line;
  return made;
}
void __lemmata_free(void *block, int line) {
  told->site = line;
  for (int i = 0; block && i < MOST; i++) if (kept[i].at == block) kept[i].at = 0;
  free(block);
}
void __lemmata_end(void) {
  int line = 0;
  for (int i = 0; i < MOST; i++) if (kept[i].at && (!line || kept[i].line < line)) line = kept[i].line;
  if (line) told->site = line, told->end = 'm', _exit(0);
}

static void run(long each_ms) {
  struct itimerval limit = {{0, 0}, {each_ms / 1000, each_ms % 1000 * 1000}};
  int log = open("log", O_WRONLY | O_CREAT | O_TRUNC, 0600);
  dup2(log, 2);
  close(0);
  close(1);
  signal(SIGALRM, SIG_DFL);
  setitimer(ITIMER_REAL, &limit, 0);
  __lemmata_entry();
  __lemmata_stop();
}

static void report(long index, int status) {
  char text[4096] = {0};
  FILE *log = fopen("log", "r");
  size_t n = log ? fread(text, 1, sizeof text - 1, log) : 0;
  if (log) fclose(log);
  char end = told->end ? (char)told->end : 'c';
  if (WIFSIGNALED(status)) end = WTERMSIG(status) == SIGALRM ? 'l' : 'c';
  else if (WEXITSTATUS(status) == 77) end = 's';
  else if (WEXITSTATUS(status) != 0) end = 'c';
  printf(TOKEN " %ld %c %d ", index, end, told->site);
  for (int i = 0; i < SITES; i++) if (told->reached[i]) printf("%d,", i);
  printf(" ");
  for (size_t i = 0; end == 's' && i < n; i++) printf("%02x", (unsigned char)text[i]);
  printf("\n");
  fflush(stdout);
}

int main(void) {
  FILE *in = fopen("inputs", "r");
  long each_ms, head, tail, index = 0;
  told = mmap(0, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  __lemmata_reached = told->reached;
  if (!in || told == MAP_FAILED) return 3;
  while (fscanf(in, "%ld %ld %ld", &each_ms, &head, &tail) == 3) {
    __lemmata_values = malloc((head + tail + 1) * sizeof *__lemmata_values);
    for (long i = 0; i < head + tail; i++) if (fscanf(in, "%llu", __lemmata_values + i) != 1) return 4;
    __lemmata_at = 0, __lemmata_again = head, __lemmata_count = head + tail;
    memset(told, 0, sizeof *told);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) { fclose(in); run(each_ms); }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) return 5;
    report(index++, status);
    free(__lemmata_values);
  }
  return 0;
}
"""
