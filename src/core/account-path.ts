/** Account path of what lies in a folder. @param folder begins with `/`; the root is `/` */
export function joinAccountPath(folder: string, name: string): string {
  return `${folder === '/' ? '' : folder}/${name}`;
}
