/**
 * For every kernel that we start ourselves, by the names of kernel-parameters.txt; the last two save 0.6 s of 4 s of an imitated processor.
 * - `no_timer_check`: while a host is busy an imitated timer may stand still for longer than the kernel's own check of it waits, which then
 *   panics ("IO-APIC + timer doesn't work").
 * - `noreplace-smp`: on one processor the kernel takes 9,000 lock prefixes out of itself, each by way of a page table of its own, for each of
 *   which an imitated processor forgets all that it knows of addresses. The prefixes themselves cost such a processor nothing.
 * - `cryptomgr.notests`: no self-tests of the kernel's ciphers.
 */
export const KERNEL_ARGS = 'no_timer_check noreplace-smp cryptomgr.notests';
