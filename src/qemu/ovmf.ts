/**
 * EFI firmware for QEMU, where Debian's package `ovmf` puts it. Code and variables of 4 MiB of flash belong together (edk2 `OvmfPkg/README`,
 * FD_SIZE_4MB): a store made for one size is nothing to the code of another.
 */
export const OVMF = { code: '/usr/share/OVMF/OVMF_CODE_4M.fd', variables: '/usr/share/OVMF/OVMF_VARS_4M.fd' } as const;

/** Built with secure boot and for system management mode, where alone the keys can be changed; its template holds Microsoft's and is in force. */
export const OVMF_SECURE = { code: '/usr/share/OVMF/OVMF_CODE_4M.secboot.fd', variables: '/usr/share/OVMF/OVMF_VARS_4M.ms.fd' } as const;
