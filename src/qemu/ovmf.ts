/**
 * EFI firmware for QEMU, where Debian's package `ovmf` puts it. Code and variables of 4 MiB of flash belong together (edk2 `OvmfPkg/README`,
 * FD_SIZE_4MB): a store made for one size is nothing to the code of another.
 */
export const OVMF = { code: '/usr/share/OVMF/OVMF_CODE_4M.fd', variables: '/usr/share/OVMF/OVMF_VARS_4M.fd' } as const;
