// biome-ignore-all lint/suspicious/noArrayIndexKey: the entries have no keys and never change places.
// One of the manual's indicators: a light, a word, and the last hour at a glance.
import type { ReactNode } from 'react';
import type { LampState } from '../api/live.js';
import { count } from '../base/format.js';

export function Lamp({
  title,
  meaning,
  state,
  busyWord,
}: {
  readonly title: string;
  readonly meaning: string;
  readonly state: LampState | undefined;
  readonly busyWord: (open: number) => string;
}): ReactNode {
  const isOn = (state?.open ?? 0) > 0;
  const lastHour = state?.minutes.reduce((sum, each) => sum + each, 0) ?? 0;
  return (
    <section className="lamp card">
      <header>
        <h2>{title}</h2>
        <span className={isOn ? 'light on' : 'light'}>{isOn ? busyWord(state?.open ?? 0) : 'idle'}</span>
      </header>
      <Sparkline minutes={state?.minutes ?? []} />
      <p className="hint">
        {count(lastHour, 'message')} in the last hour. {meaning}
      </p>
    </section>
  );
}

function Sparkline({ minutes }: { readonly minutes: readonly number[] }): ReactNode {
  const most = Math.max(1, ...minutes);
  return (
    <svg className="sparkline" viewBox="0 0 120 24" preserveAspectRatio="none" aria-hidden="true">
      {minutes.map((value, place) => {
        const height = value === 0 ? 1 : 2 + (value / most) * 22;
        return <rect key={place} x={place * 2} y={24 - height} width="1.4" height={height} className={value === 0 ? 'none' : ''} />;
      })}
    </svg>
  );
}
