// Runs a program many times, each time in a child with other inputs. Exit 0: nothing was seen, 1: something was.
// The program is compiled with -Dmain=program_main, and this file without.

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int program_main(void);

static unsigned long long state;

static unsigned draw(void) {
  state = state * 6364136223846793005ull + 1442695040888963407ull;
  return (unsigned)(state >> 33);
}

static int value(void) {
  static const int edges[] = {0, 1, -1, 2147483647, -2147483647 - 1, 31, 32, 64, 100, 1000};
  switch (draw() % 8) {
    case 0: case 1: case 2: case 3: return (int)(draw() % 13) - 1;
    case 4: case 5: return edges[draw() % 10];
    case 6: return (int)(draw() % 1000000);
    default: return (int)(draw() * 2654435761u);
  }
}

int __VERIFIER_nondet_int(void) { return value(); }
char __VERIFIER_nondet_char(void) { return (char)value(); }
unsigned int __VERIFIER_nondet_uint(void) { return (unsigned)value(); }
void __VERIFIER_assume(int condition) {
  if (!condition) {
    _exit(0);  // this run says nothing
  }
}

int main(int argc, char **argv) {
  int runs = argc > 1 ? atoi(argv[1]) : 1000;
  for (int seed = 1; seed <= runs; seed++) {
    pid_t child = fork();
    if (child == 0) {
      alarm(5);
      state = (unsigned long long)seed * 0x9e3779b97f4a7c15ull;
      if (freopen("/dev/null", "w", stderr) == NULL) {
        _exit(0);
      }
      exit(program_main());
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0) {
      return 2;
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
      return 2;
    }
    if (status != 0) {
      return 1;
    }
  }
  return 0;
}
