import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { icons } from './icons.ts';

export default defineConfig({
  plugins: [react(), icons()],
  // The server puts a new nonce in its place with every page (src/api/portal.ts); styles made at run time carry it too.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    target: 'es2022',
    // Never inlined into a script: the content security policy allows no data: scripts, and a font or picture is better cached.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        // What every page stands on is one part: it changes rarely, and thirty small ones would be thirty requests.
        codeSplitting: {
          groups: [{ name: 'kit', test: /node_modules[\\/](?:react|react-dom|scheduler|@mantine|@floating-ui|@tanstack)[\\/]/ }],
        },
      },
    },
  },
  // `npm run dev` in portal/ works on a server started beside it.
  server: { proxy: { '/api': { target: process.env.CARREL_URL ?? 'http://127.0.0.1:7077', ws: true } } },
});
