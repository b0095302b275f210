/** Carrel's mark beside its name, in a green that is seen in either theme; the browser's own tab has the file of the same shape. */
export function Mark({ size }: { size: number }) {
  return (
    <svg className="mark" viewBox="0 0 32 32" width={size} height={size} aria-hidden>
      <path d="M4 27V8a2 2 0 0 1 2-2h20a2 2 0 0 1 2 2v19h-3v-8H7v8H4Z" />
      <path d="M9 10h14v6H9z" fill="#fff" />
      <path d="M11 12h6v2h-6z" />
    </svg>
  );
}
