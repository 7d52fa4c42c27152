import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Between two looks at the event loop. */
const resolutionMs = 20;

/** How late turns of the event loop were since the last question, seconds. */
export interface EventLoopLag {
  /** Nothing is measured before the first question. @returns by quantile; empty where nothing was measured */
  take(): { quantile: string; seconds: number }[];
  stop(): void;
}

export function createEventLoopLag(): EventLoopLag {
  let histogram: ReturnType<typeof monitorEventLoopDelay> | undefined;
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000);
  return {
    take() {
      if (!histogram) {
        histogram = monitorEventLoopDelay({ resolution: resolutionMs });
        histogram.enable();
      }
      if (histogram.count === 0) return [];
      const taken = [
        { quantile: '0.5', seconds: late(histogram.percentile(50)) },
        { quantile: '0.99', seconds: late(histogram.percentile(99)) },
        { quantile: '1', seconds: late(histogram.max) },
      ];
      histogram.reset();
      return taken;
    },
    stop: () => void histogram?.disable(),
  };
}
