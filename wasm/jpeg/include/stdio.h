/* Type that jpeglib.h names; nothing here opens a file. */
typedef struct FILE FILE;
