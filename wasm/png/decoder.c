/*
 * Decoder of one PNG, on libpng and zlib. src/codecs/png.ts is its only caller.
 *
 * An instance decodes one file and is then dropped, so nothing is freed. An error ends in a trap,
 * and failure() has its reason: there are no imports and no setjmp. After a trap, only failure(),
 * isComplete() and endsEarly() may still be called.
 */

#include "pngpriv.h"

#define EXPORT(name)  __attribute__((export_name(name)))
#define PAGE_BYTES  65536
#define ALIGNMENT  16

/* Reason of the trap. */
static const char *failure;

/* Rest of the file. */
static const unsigned char *file;
static size_t file_left;
/* True once more bytes were read than the file has. */
static int ends_early;

static png_structp png;
static png_infop info;

/* True once an IDAT chunk had a wrong checksum. */
static int has_wrong_crc;
/* True once the zlib stream had no end, so that its checksum is not known. */
static int has_open_stream;

/* Functions of the C library. */

int memcmp(const void *one, const void *other, size_t size)
{
  const unsigned char *a = one, *b = other;

  for (size_t i = 0; i < size; i++)
    if (a[i] != b[i]) return a[i] - b[i];
  return 0;
}

size_t strlen(const char *text)
{
  size_t length = 0;

  while (text[length]) length++;
  return length;
}

_Noreturn void abort(void) { __builtin_trap(); }

/* Memory: blocks are handed out one behind the other. */

extern unsigned char __heap_base;
static size_t memory_end = (size_t)&__heap_base;
static size_t memory_limit;

static _Noreturn void fail_with(const char *message)
{
  failure = message;
  __builtin_trap();
}

static void *allocate(size_t size)
{
  size_t start = (memory_end + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  size_t pages;

  if (start > memory_limit || size > memory_limit - start)
    fail_with("it takes more memory than its header announces");
  memory_end = start + size;
  pages = (memory_end - 1) / PAGE_BYTES + 1;
  if (pages > __builtin_wasm_memory_size(0) &&
      __builtin_wasm_memory_grow(0, pages - __builtin_wasm_memory_size(0)) == (size_t)-1)
    fail_with("there is not enough memory");
  return (void *)start;
}

void *malloc(size_t size) { return allocate(size); }

void free(void *block) {}

/* Errors. */

static void on_error(png_structp self, const char *message)
{
  has_open_stream = 1;
  fail_with(message);
}

static int ends_with(const char *text, const char *end)
{
  size_t length = strlen(text), end_length = strlen(end);

  return length >= end_length && memcmp(text + length - end_length, end, end_length) == 0;
}

/* Chunks that are not needed are dropped if their checksum is wrong. */
static void on_warning(png_structp self, const char *message)
{
  if (PNG_CHUNK_ANCILLARY(self->chunk_name)) return;
  if (ends_with(message, "CRC error")) {
    if (self->chunk_name != png_IDAT) fail_with(message);
    has_wrong_crc = 1;
  } else if (ends_with(message, "incorrect data check")) {
    fail_with(message);
  } else if (self->chunk_name == png_IDAT && !ends_with(message, "Extra compressed data")) {
    has_open_stream = 1;
  }
}

/* Copies the next `size` bytes of the file. */
static void on_read(png_structp self, png_bytep to, size_t size)
{
  if (size > file_left) {
    ends_early = 1;
    fail_with("it ends too early");
  }
  memcpy(to, file, size);
  file += size;
  file_left -= size;
}

/* Exports. */

/*
 * Reserves the place of the file and returns it. Must be called first.
 *
 * `limit` is the maximum memory of this instance in bytes.
 */
EXPORT("allocateFile") const unsigned char *allocate_file(size_t length, size_t limit)
{
  memory_limit = limit;
  file = allocate(length);
  file_left = length;
  return file;
}

/* Reason of the trap, a text that ends with NUL. NULL: none is known. */
EXPORT("failure") const char *get_failure(void) { return failure; }

/* True if the file ends before its pixels do. */
EXPORT("endsEarly") int get_ends_early(void) { return ends_early; }

/* Reads everything before the pixels, once the file is in its place. */
EXPORT("readHeader") void read_header(void)
{
  png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
  if (png == NULL) fail_with("libpng does not start");
  info = png_create_info_struct(png);
  png_set_read_fn(png, NULL, on_read);
  png_set_benign_errors(png, 1);
  /* on_warning() judges a wrong checksum. */
  png_set_crc_action(png, PNG_CRC_WARN_USE, PNG_CRC_WARN_DISCARD);
  png_read_info(png, info);

  png_set_expand(png);
  png_set_strip_16(png);
  if ((png->color_type & PNG_COLOR_MASK_ALPHA) || png->num_trans > 0) png_set_gray_to_rgb(png);
  png_read_update_info(png, info);
}

EXPORT("width") png_uint_32 get_width(void) { return png->width; }

EXPORT("height") png_uint_32 get_height(void) { return png->height; }

/* Samples of a pixel in the result of readPixels(): 1, 3 or 4. */
EXPORT("channels") int get_channels(void) { return info->channels; }

/* Reserves the pixels and returns their place. */
EXPORT("allocatePixels") png_bytep allocate_pixels(void)
{
  return allocate((size_t)info->rowbytes * png->height);
}

/* Puts the pixels of a row into every `step`th place, from `to` on. */
static void spread(const png_byte *row, png_uint_32 count, png_bytep to, size_t step)
{
  int channels = info->channels;

  step *= channels;
  for (png_uint_32 x = 0; x < count; x++, row += channels, to += step)
    for (int c = 0; c < channels; c++) to[c] = row[c];
}

/* Reads an interlaced image. Each pass has the pixels of a grid (PNG third edition, 8.1). */
static void read_passes(png_bytep pixels)
{
  png_bytep row = allocate(info->rowbytes);

  for (int pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; pass++) {
    png_uint_32 columns = PNG_PASS_COLS(png->width, pass);
    png_uint_32 rows = columns == 0 ? 0 : PNG_PASS_ROWS(png->height, pass);

    for (png_uint_32 y = 0; y < rows; y++) {
      size_t to = info->rowbytes * PNG_ROW_FROM_PASS_ROW(y, pass) +
                  (size_t)info->channels * PNG_COL_FROM_PASS_COL(0, pass);

      png_read_row(png, row, NULL);
      spread(row, columns, pixels + to, (size_t)1 << PNG_PASS_COL_SHIFT(pass));
    }
  }
}

/* Reads the pixels: grey, RGB or RGBA, 8 bits a sample, without padding. */
EXPORT("readPixels") void read_pixels(png_bytep pixels)
{
  if (png->interlaced) {
    read_passes(pixels);
    return;
  }
  for (png_uint_32 y = 0; y < png->height; y++)
    png_read_row(png, pixels + info->rowbytes * y, NULL);
}

/*
 * True if all pixels are known, even if what follows is damaged.
 *
 * Chunks and the zlib stream have a checksum each. Damage breaks both; a careless writer gets the
 * one of the chunks wrong, or omits the other.
 */
EXPORT("isComplete") int is_complete(void)
{
  if (has_wrong_crc && has_open_stream) return 0;
  if (png->interlaced) return png->pass >= PNG_INTERLACE_ADAM7_PASSES;
  return png->num_rows > 0 && png->row_number >= png->num_rows;
}
