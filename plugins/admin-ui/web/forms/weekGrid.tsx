// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by the keyboard (WCAG 2.1.1).
// biome-ignore-all lint/suspicious/noArrayIndexKey: the entries have no keys and never change places.
// A week of hours to draw on: with the pointer, or with arrow keys and the space bar. One stop for the Tab key.
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { DAY_NAMES, type Week } from './week.js';

export function WeekGrid({ week, onChange }: { readonly week: Week; readonly onChange: (week: Week) => void }): ReactNode {
  const [at, setAt] = useState({ day: 0, hour: 0 });
  const table = useRef<HTMLTableElement>(null);
  const painting = useRef<boolean | undefined>(undefined);
  const set = (day: number, hour: number, on: boolean): void => {
    onChange(week.map((hours, row) => (row === day ? hours.map((each, column) => (column === hour ? on : each)) : hours)));
  };
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const [down = 0, right = 0] = step;
    const next = { day: Math.min(6, Math.max(0, at.day + down)), hour: Math.min(23, Math.max(0, at.hour + right)) };
    // With Shift the keys draw: the next hour becomes as this one is.
    if (event.shiftKey) set(next.day, next.hour, week[at.day]?.[at.hour] === true);
    setAt(next);
    table.current?.querySelector<HTMLButtonElement>(`[data-cell="${next.day}-${next.hour}"]`)?.focus();
  };
  return (
    <section
      className="table-frame"
      aria-label="Hours in which mail is received"
      tabIndex={0}
      onPointerUp={() => {
        painting.current = undefined;
      }}
      onPointerLeave={() => {
        painting.current = undefined;
      }}
    >
      <table className="week" ref={table}>
        <thead>
          <tr>
            <th scope="col">
              <span className="hint">Day</span>
            </th>
            {Array.from({ length: 24 }, (_, hour) => (
              <th key={hour} scope="col">
                {hour}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {week.map((hours, day) => (
            <tr key={DAY_NAMES[day]}>
              <th scope="row">{DAY_NAMES[day]?.slice(0, 3)}</th>
              {hours.map((on, hour) => (
                <td key={hour}>
                  <button
                    type="button"
                    data-cell={`${day}-${hour}`}
                    aria-pressed={on}
                    aria-label={`${DAY_NAMES[day]} ${hour} to ${hour + 1}`}
                    tabIndex={at.day === day && at.hour === hour ? 0 : -1}
                    onFocus={() => setAt({ day, hour })}
                    onKeyDown={move}
                    onClick={(event) => {
                      // The pointer has drawn already; keys come as clicks without a place.
                      if (event.detail === 0) set(day, hour, !on);
                    }}
                    onPointerDown={(event) => {
                      event.currentTarget.releasePointerCapture?.(event.pointerId);
                      painting.current = !on;
                      set(day, hour, !on);
                    }}
                    onPointerEnter={() => {
                      if (painting.current !== undefined && painting.current !== on) set(day, hour, painting.current);
                    }}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
