/** The nonce of this page, which style elements made at run time need: the server allows no others. Empty under `vite dev`. */
export function cspNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}
