/**
 * For every kernel that we start ourselves. While a host is busy an imitated timer may stand still for longer than the kernel's own check of
 * it waits, which then panics ("IO-APIC + timer doesn't work"); kernel-parameters.txt names this for the purpose.
 */
export const NO_TIMER_CHECK = 'no_timer_check';
