/* libjpeg-turbo's jconfigint.h, for clang and wasm32. */
#define BUILD  ""
#define HIDDEN
#define INLINE  inline __attribute__((always_inline))
#define THREAD_LOCAL
#define PACKAGE_NAME  "libjpeg-turbo"
#define VERSION  "3.1.0"
#define SIZEOF_SIZE_T  4
#define FALLTHROUGH  __attribute__((fallthrough));
#define NO_GETENV
#define NO_PUTENV
