// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weights from a safetensors file: mapped once, checked, never copied.

#include "gyre/abi.h"

#include "Safetensors.h"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace gyre;

static void addShape(Message &message, std::string_view type,
                     const int64_t *shape, int rank) {
  message.add("%.*s[", int(std::min<size_t>(type.size(), 16)), type.data());
  for (int d = 0; d < rank; ++d)
    message.add(d ? ", %" PRId64 : "%" PRId64, shape[d]);
  message.add("]");
}

/// One weight of the model against the file.
static bool check(const gyre_weight_info &weight, const TensorTable &table,
                  const unsigned char *data, Message &message) {
  const Tensor *tensor = table.find(weight.name);
  if (!tensor) {
    message.add("expected a tensor '%s', got none of that name among %" PRId64,
                weight.name, table.size());
    return false;
  }
  if (tensor->type != weight.type || tensor->rank != weight.rank ||
      !std::equal(weight.shape, weight.shape + weight.rank, tensor->shape)) {
    message.add("expected '%s' to be ", weight.name);
    addShape(message, weight.type, weight.shape, weight.rank);
    message.add(", got ");
    addShape(message, tensor->type, tensor->shape, tensor->rank);
    return false;
  }
  auto address = reinterpret_cast<uintptr_t>(data + tensor->begin);
  if (address % uintptr_t(weight.element_bytes) != 0) {
    message.add("expected '%s' to be aligned to %" PRId32 " bytes in the file",
                weight.name, weight.element_bytes);
    return false;
  }
  return true;
}

/// Maps a whole file for reading.
static int32_t map(const char *path, gyre_mapping &mapping, Message &message) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  struct stat properties;
  if (file < 0 || fstat(file, &properties) != 0) {
    message.add("expected a readable file, got '%s'", std::strerror(errno));
    if (file >= 0)
      close(file);
    return GYRE_ERROR_FILE;
  }
  if (!S_ISREG(properties.st_mode) || properties.st_size == 0) {
    message.add("expected a regular file that is not empty");
    close(file);
    return GYRE_ERROR_FILE;
  }
  size_t bytes = size_t(properties.st_size);
  void *data = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file, 0);
  int error = errno;
  close(file);
  if (data == MAP_FAILED) {
    message.add("expected to map the file, got '%s'", std::strerror(error));
    return GYRE_ERROR_FILE;
  }
  mapping = {data, bytes};
  return GYRE_SUCCESS;
}

static int32_t bindMapped(const gyre_weights_info &info,
                          const gyre_mapping &mapping, const void **slots,
                          Message &message) {
  auto *file = static_cast<const unsigned char *>(mapping.data);
  TensorTable table;
  if (int32_t status = table.read(file, mapping.bytes, message))
    return status;
  const unsigned char *data = file + table.dataOffset();
  for (int32_t i = 0; i < info.count; ++i)
    if (!check(info.weights[i], table, data, message))
      return GYRE_ERROR_BAD_WEIGHTS;
  for (int32_t i = 0; i < info.count; ++i)
    slots[i] = data + table.find(info.weights[i].name)->begin;
  return GYRE_SUCCESS;
}

int32_t gyre_weights_bind(const gyre_weights_info *info, const char *path,
                          const void **slots, gyre_mapping *mapping,
                          gyre_call *call) {
  if (call && call->size < sizeof(gyre_call))
    return GYRE_ERROR_ABI;
  Message message(call);
  message.add("%s: ", info->name);
  if (info->abi_version != GYRE_ABI_VERSION) {
    message.add("expected an object of ABI version %d, got %" PRIu32,
                GYRE_ABI_VERSION, info->abi_version);
    return GYRE_ERROR_ABI;
  }
  if (!path) {
    message.add("expected the path of a safetensors file, got null");
    return GYRE_ERROR_NULL_ARGUMENT;
  }
  message.add("%s: ", path);
  gyre_mapping mapped;
  if (int32_t status = map(path, mapped, message))
    return status;
  if (int32_t status = bindMapped(*info, mapped, slots, message)) {
    gyre_weights_unbind(&mapped);
    return status;
  }
  *mapping = mapped;
  if (call)
    call->message[0] = 0;
  return GYRE_SUCCESS;
}

void gyre_weights_unbind(gyre_mapping *mapping) {
  if (mapping->data)
    munmap(mapping->data, mapping->bytes);
  *mapping = {nullptr, 0};
}
