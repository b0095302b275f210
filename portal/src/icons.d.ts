declare module 'icon:*' {
  const icon: import('./parts/icon.tsx').Icon;
  export default icon;
}
