// What the sanitizers are told when a program begins: linked into every executable of a build with
// JCS_SANITIZE, so that tests and programs started by hand are judged alike. `*_OPTIONS` in the
// environment still override it.
//
// Suppressed is only what is not ours. Each line says why.

extern "C" {

const char* __asan_default_options() {
  // LibTorch and DCMTK register themselves when they are loaded, in an order of the linker's.
  // A decoder that reaches its limit of memory is given none and says so, as without a sanitizer.
  return "check_initialization_order=0:detect_stack_use_after_return=1:strict_string_checks=0:"
         "allocator_may_return_null=1";
}

const char* __ubsan_default_options() { return "print_stacktrace=1"; }

const char* __lsan_default_suppressions() {
  return
      // Caches and registries that live until the process ends.
      "leak:libtorch_cpu.so\n"
      "leak:libtorch.so\n"
      "leak:libc10.so\n"
      "leak:libcuda\n"
      "leak:libgomp.so\n"
      // GDAL's drivers and its database client, loaded with OpenCV and never called.
      "leak:libgdal.so\n"
      "leak:libp11-kit.so\n";
}

const char* __tsan_default_options() {
  return "second_deadlock_stack=1:history_size=5:report_signal_unsafe=0:allocator_may_return_null="
         "1";
}

const char* __tsan_default_suppressions() {
  return
      // GCC's OpenMP runtime is not instrumented: where a parallel region begins and ends is seen
      // by nobody, and all that it hands to its threads looks like a race. The kernels' teams are
      // threads of the standard library in a build with this sanitizer (src/kernels/workers.cpp).
      "race:_omp_fn\n"
      "race:libgomp.so\n"
      "called_from_lib:libgomp.so\n"
      // Not instrumented either; their locks are atomics that cannot be seen.
      "race:libtbb.so\n"
      "race:libopencv_core.so\n"
      "race:libopencv_imgproc.so\n"
      "race:libtorch_cpu.so\n"
      "race:libc10.so\n"
      "called_from_lib:libtorch_cpu.so\n"
      "deadlock:libtorch_cpu.so\n"
      // Registers its drivers, once, when OpenCV first looks at a picture.
      "deadlock:libgdal.so\n"
      // What is registered before main() is locked by mutexes whose making the sanitizer has not
      // seen.
      "mutex:libtorch_cpu.so\n"
      "mutex:libtorch_cuda.so\n"
      "mutex:libc10.so\n"
      "mutex:std::condition_variable::wait\n"
      "deadlock:libc10.so\n"
      // What Gloo's threads throw, handed over by LibTorch.
      "race:jcs::parallel::Ranks::Group::lose_by\n";
}

}  // extern "C"
