import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** One upload by curl. @returns MB/s over all of it @throws where the answer is another, or not all was sent */
export async function curlOnce(
  curl: string,
  sizeBytes: number,
  status: number,
  args: readonly string[],
): Promise<number> {
  const told = ['-sS', '-o', '/dev/null', '-w', '%{time_total} %{http_code} %{size_upload}'];
  const child = spawn(curl, [...told, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  const [seconds = 0, code, bytes = 0] = out.split(' ').map(Number);
  if (code !== status || bytes < sizeBytes) throw new Error(`${code} after ${bytes} bytes: ${err}`);
  return sizeBytes / 1e6 / seconds;
}
