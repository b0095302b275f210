import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** The green of a reading room's lamp. Shade 8 is what text and buttons stand in: 7:1 on white. */
const reading: MantineColorsTuple = [
  '#e9f6f4',
  '#d3eae7',
  '#a6d5cf',
  '#77bfb6',
  '#50ada2',
  '#379f94',
  '#1f8379',
  '#17716a',
  '#12635f',
  '#0a4b48',
];

export const theme = createTheme({
  colors: { reading },
  primaryColor: 'reading',
  // Lighter primaries fail the contrast of WCAG 2.2 AA under white text.
  primaryShade: { light: 8, dark: 7 },
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  headings: { fontWeight: '600' },
  components: {
    // Within the page's landmark; and the first item has the focus, as in any menu, rather than a place beside the items that is none.
    Menu: { defaultProps: { portalProps: { target: '#main' }, withInitialFocusPlaceholder: false } },
    // A dialog's own header is not the page's.
    ModalHeader: { defaultProps: { role: 'presentation' } },
  },
});
