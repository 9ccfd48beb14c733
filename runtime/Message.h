// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One line of text into a caller's buffer. The runtime links into C programs,
// so nothing here needs a C++ library at link time.

#ifndef GYRE_RUNTIME_MESSAGE_H
#define GYRE_RUNTIME_MESSAGE_H

#include "gyre/runtime.h"

#include <cstdarg>
#include <cstdio>

namespace gyre {

/// Appends formatted text to a line of fixed size and cuts what does not fit.
/// Control characters (names come from files) become question marks.
class Message {
public:
  /// Writes to `call->message`, or nowhere without a call.
  explicit Message(gyre_call *call)
      : text(call ? call->message : nullptr),
        left(call ? sizeof(call->message) : 0) {
    if (left)
      *text = 0;
  }

  __attribute__((format(printf, 2, 3))) Message &add(const char *format, ...) {
    va_list list;
    va_start(list, format);
    int written = left ? std::vsnprintf(text, left, format, list) : 0;
    va_end(list);
    if (written > 0) {
      size_t used = size_t(written) < left ? size_t(written) : left - 1;
      for (left -= used; used > 0; --used, ++text)
        if (static_cast<unsigned char>(*text) < ' ')
          *text = '?';
    }
    return *this;
  }

private:
  char *text;
  size_t left;
};

} // namespace gyre

#endif // GYRE_RUNTIME_MESSAGE_H
