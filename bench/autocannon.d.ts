declare module 'autocannon' {
  interface Options {
    url: string;
    connections: number;
    /** Seconds. */
    duration: number;
    /** Ends after so many requests, whatever the duration. */
    amount?: number;
    requests: { path: string; headers: Record<string, string> }[];
  }

  interface Result {
    /** Seconds. */
    duration: number;
    errors: number;
    requests: { total: number };
    statusCodeStats: Record<string, { count: number } | undefined>;
  }

  export default function autocannon(options: Options): Promise<Result>;
}
