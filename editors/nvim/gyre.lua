-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
vim.filetype.add({ extension = { mlir = "mlir" } })
vim.lsp.config("gyre", {
  cmd = { "gyre-lsp-server" },
  filetypes = { "mlir" },
  root_markers = { ".git" },
})
vim.lsp.enable("gyre")
