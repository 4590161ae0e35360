// Loaded once, to see whether what Node's loader reads can be hooked: if so, it shows this to #loaded.
export const isProbe = true;
