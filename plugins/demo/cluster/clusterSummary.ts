// What came of the letters, as a table for people and as JSON for scripts. Pure.
import { type Tally, tally } from './letters.js';
import type { TookIn } from './story.js';

export interface ClusterSummary {
  /** Promised by 250, once. */
  readonly promised: Tally;
  /** Of them those that the killed server had promised. */
  readonly promisedByKilled: number;
  /** The answer was cut off by the kill; sent again to the other server. */
  readonly sentAgain: Tally;
  readonly collected: Tally;
  readonly takeOverSeconds: number;
  readonly lost: number;
  readonly damaged: number;
  /** Without those that were sent again. */
  readonly twice: number;
}

export function clusterSummary({ promised, sentAgain, atIsp, found, first, takeOverSeconds }: TookIn): ClusterSummary {
  const once = promised.filter(({ letter }) => !sentAgain.has(letter)).map(({ letter }) => letter);
  const tallies = { promised: tally(once, found), sentAgain: tally([...sentAgain], found), collected: tally(atIsp, found) };
  const sum = (of: keyof Tally, ...among: readonly Tally[]): number => among.reduce((so, each) => so + each[of], 0);
  const all = Object.values(tallies);
  return {
    ...tallies,
    promisedByKilled: promised.filter(({ by }) => by === first).length,
    takeOverSeconds: Math.round(takeOverSeconds),
    lost: sum('lost', ...all),
    damaged: sum('damaged', ...all),
    twice: sum('twice', tallies.promised, tallies.collected),
  };
}

export function summaryRows({ promised, sentAgain, collected }: ClusterSummary): readonly object[] {
  return [
    { letters: 'handed in by SMTP, answered 250', ...columns(promised) },
    ...(sentAgain.letters === 0 ? [] : [{ letters: 'answer cut off by the kill, sent again', ...columns(sentAgain) }]),
    { letters: 'collected from the ISP', ...columns(collected) },
  ];
}

export function verdict({ lost, damaged, twice, sentAgain }: ClusterSummary): string {
  if (lost + damaged + twice > 0) return `NOT as it should be: ${lost} lost, ${damaged} damaged, ${twice} twice.`;
  const again =
    sentAgain.twice === 0
      ? ''
      : ` ${sentAgain.twice} of those that were sent again ${sentAgain.twice === 1 ? 'is' : 'are'} there twice, as with any mail server.`;
  return `Nothing was lost, damaged or doubled.${again}`;
}

function columns({ letters, there, lost, damaged, twice }: Tally): object {
  return { sent: letters, there, lost, damaged, twice };
}
