/** The user-mode network's state, as the human monitor's `info usernet` prints it; QMP has no command for it in QEMU 7.2. */

export interface HostForward {
  hostAddress: string;
  hostPort: number;
  guestAddress: string;
  guestPort: number;
}

/** `TCP[HOST_FORWARD]  12       127.0.0.1 40413       10.0.2.15    22     0     0` */
const FORWARD = /^\s*TCP\[HOST_FORWARD\]\s+\d+\s+(\S+)\s+(\d+)\s+(\S+)\s+(\d+)\s/;

/** Host ports that are forwarded into the guest; a port asked for as 0 shows here with the number that the kernel chose. */
export function parseUsernet(text: string): HostForward[] {
  return text.split('\n').flatMap((line) => {
    const found = FORWARD.exec(line);
    if (found === null) return [];
    const [, hostAddress = '', hostPort, guestAddress = '', guestPort] = found;
    return [{ hostAddress, hostPort: Number(hostPort), guestAddress, guestPort: Number(guestPort) }];
  });
}
