import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where `npm start` listens unless told otherwise. */
const SERVER = "http://127.0.0.1:7070";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { conditions: ["source", "module", "browser", "development|production"] },
  server: { proxy: { "/api": { target: SERVER, ws: true } } },
  // A data: URL would need a hole in the content security policy.
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The terminal alone is 500 kB. It is loaded with the first console, not with the page.
    chunkSizeWarningLimit: 600,
  },
});
