export type Icon = (look: { size?: number }) => React.JSX.Element;

/** An icon of the set by what is drawn in it. An ornament: the words beside it, or the label of its button, say what it stands for. */
export const iconOf =
  (drawn: string): Icon =>
  ({ size = 24 }) => <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden dangerouslySetInnerHTML={{ __html: drawn }} />;
