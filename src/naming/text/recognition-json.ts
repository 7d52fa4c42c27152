import type { Recognition } from './recognition.ts';

/** What scripts and the catalog read: a recognition whose reasons are called `because`. */
export type RecognitionJson = Omit<Recognition, 'reasons'> & { because: string[] };

/** A recognition as it is shown; the names of its fields are promised to scripts. */
export function toRecognitionJson(recognition: Recognition): RecognitionJson {
  const { path, kind, extra, confidence, reasons, ...rest } = recognition;
  return { path, kind, ...(extra !== undefined && { extra }), confidence, because: reasons, ...rest };
}
