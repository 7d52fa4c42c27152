const cameraTake =
  /^(?:19|20)\d{6}[ _-]\d{6}(?!\d)|^(?:img|dsc[nf]?|mvi|vid|mov|pict|pxl|gopr|g[hx]|dji|whatsapp[ ._-]video)[ ._-]*\d/i;

/** `IMG_0001`, `VID_20240506_1200`: what a camera calls its takes is no episode and no air date. */
export function isCameraTake(folded: string): boolean {
  return cameraTake.test(folded);
}
