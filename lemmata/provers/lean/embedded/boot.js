// Calls Lean's compiled functions on the main thread, without worker threads: initialise, import, load the driver's code
// (for the interpreter, from driver.olean), run its main. Put into lean.js when the toolchain is built.
function __lemmata_boot() {
  var views = () => (growMemViews(), HEAPU32);
  var fn = name => {
    var slot = __lean_sym(name);
    if (slot < 0) throw new Error("no symbol " + name);
    return getWasmTableEntry(slot);
  };
  var global = name => views()[__lean_sym(name) >> 2];
  // The main thread's own C stack is 64 KB, and Lean's check of it is off there: give it a large one.
  var size = (+process.env.LEMMATA_LEAN_STACK_MB || 16) << 20, low = _malloc(size);
  _emscripten_stack_set_limits(low, low + size);
  stackRestore(low + size);
  var cstring = s => { var n = lengthBytesUTF8(s) + 1, p = _malloc(n); stringToUTF8(s, p, n); return p };
  var str = s => fn("lean_mk_string")(cstring(s));
  var io = (result, what) => {
    growMemViews();
    if (HEAPU8[result + 7] != 0) {
      fn("lean_io_result_show_error")(result);
      throw new Error("IO error in " + what);
    }
    return HEAPU32[result + 8 >> 2];
  };
  fn("lean_initialize")();
  FS.mkdir("/host");
  FS.mount(NODEFS, {root: "/"}, "/host");
  FS.chdir("/host" + process.cwd());
  io(fn("l_Lean_initSearchPath")(str("/host" + require("path").dirname(__dirname)), 1), "initSearchPath");
  fn("lean_io_mark_end_initialization")();
  fn("lean_init_task_manager")();
  // #[{ module := `Lean }]: one Import object, two object fields' worth of header, then its flags.
  var item = fn("lean_alloc_object")(16);
  growMemViews();
  HEAP32[item >> 2] = 0; HEAP32[item + 4 >> 2] = 0; HEAPU8[item + 6] = 1; HEAPU8[item + 7] = 0;
  HEAPU32[item + 8 >> 2] = fn("l_String_toName")(str("Lean"));
  growMemViews();
  HEAPU8[item + 12] = 0; HEAPU8[item + 13] = 1; HEAPU8[item + 14] = 0; HEAPU8[item + 15] = 0;
  var imports = fn("lean_array_push")(fn("lean_mk_array")(1, 1), item);
  fn("lean_mark_persistent")(imports);
  var options = global("l_Lean_Options_empty");
  var state = fn("lean_st_mk_ref")(global("l_Lean_instInhabitedImportState"));
  growMemViews();
  HEAP32[state >> 2] += 5;
  io(fn("l_Lean_importModulesCore")(imports, 0, 3, 0, state), "importModulesCore");
  var read = fn("lean_st_ref_get")(state);
  var env = io(fn("l_Lean_finalizeImport")(read, imports, options, 0, 1, 1, 0, 0), "finalizeImport");
  env = __lemmata_add_code(fn, global, views, str, io, env, process.env.LEMMATA_LEAN_DRIVER);
  try {
    fn("lean_run_main")(env, options, 1);
  } catch (e) {
    if (typeof e == "number" || typeof e == "bigint" || e?.excPtr) {
      e = e.excPtr ?? e;
      growMemViews();
      var text = HEAPU8[e + 15] & 128 ? HEAPU32[e + 4 >> 2] : e + 4;
      console.error("C++ exception:", UTF8ToString(text).slice(0, 1000));
    }
    throw e;
  }
}
// Adds the intermediate code that a compiled module carries to the environment, so that it can be interpreted.
function __lemmata_add_code(fn, global, views, str, io, env, file) {
  var result = io(fn("l_Lean_readModuleData")(str("/host" + file)), "readModuleData");
  var data = views()[result + 8 >> 2], entries = HEAPU32[data + 8 + 16 >> 2];
  var extension = global("l_Lean_IR_declMapExt");
  fn("lean_mark_persistent")(result);
  var text = p => UTF8ToString(p + 20), size = HEAPU32[entries + 8 >> 2];
  for (var k = 0; k < size; k++) {
    var pair = views()[entries + 16 + 4 * k >> 2], name = HEAPU32[pair + 8 >> 2], decls = HEAPU32[pair + 12 >> 2];
    if (text(HEAPU32[name + 12 >> 2]) != "declMapExt") continue;
    var count = HEAPU32[decls + 8 >> 2];
    for (var q = 0; q < count; q++)
      env = fn("l_Lean_PersistentEnvExtension_addEntry___redArg")(extension, env, views()[decls + 16 + 4 * q >> 2], 1, 1);
  }
  return env;
}
