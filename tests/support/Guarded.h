// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arrays between pages that may not be touched: a kernel that reads or writes
// one element too far ends the test.

#ifndef GYRE_TESTS_SUPPORT_GUARDED_H
#define GYRE_TESTS_SUPPORT_GUARDED_H

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <sys/mman.h>
#include <unistd.h>

namespace test {

/// `count` elements that end where the forbidden page starts; the first is
/// aligned to the element only, which is all that generated functions ask for.
/// With `atFront` they start right behind a forbidden page instead.
template <typename T> class Guarded {
public:
  explicit Guarded(size_t count, bool atFront = false) : count(count) {
    size_t page = size_t(sysconf(_SC_PAGESIZE));
    size_t inner = (count * sizeof(T) + page - 1) / page * page;
    bytes = inner + 2 * page;
    void *memory =
        mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
      throw std::bad_alloc();
    base = static_cast<char *>(memory);
    if (inner && mprotect(base + page, inner, PROT_READ | PROT_WRITE) != 0)
      throw std::bad_alloc();
    char *first = base + page + (atFront ? 0 : inner - count * sizeof(T));
    elements = reinterpret_cast<T *>(first);
  }
  Guarded(const Guarded &) = delete;
  Guarded &operator=(const Guarded &) = delete;
  ~Guarded() { munmap(base, bytes); }

  T *data() { return elements; }
  const T *data() const { return elements; }
  size_t size() const { return count; }
  T *begin() { return elements; }
  T *end() { return elements + count; }
  const T *begin() const { return elements; }
  const T *end() const { return elements + count; }
  T &operator[](size_t i) { return elements[i]; }
  const T &operator[](size_t i) const { return elements[i]; }

private:
  size_t count, bytes;
  char *base;
  T *elements;
};

} // namespace test

#endif // GYRE_TESTS_SUPPORT_GUARDED_H
