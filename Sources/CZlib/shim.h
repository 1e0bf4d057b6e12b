#pragma once
#include <zlib.h>

/* deflateInit2 is a macro, which Swift can't call: 15 bits of window, 16 more for the gzip wrapper. */
static inline int mizumori_begin_gzip(z_stream *stream) {
    return deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
