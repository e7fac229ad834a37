// The Log as every store writes it down. Days are those of the place, not of the engine.
import type { Activity, ActivityKind, ActivityLog } from '../services/store/activityLog.js';

export type NewActivity = Parameters<ActivityLog['add']>[0];
/** Hears of an entry after its commit, when it can be read. */
export type LoggedListener = (entry: NewActivity) => void;

export interface ActivityColumns {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly day: string;
  readonly kind: string;
  readonly account: string | null;
  readonly user: string | null;
  readonly message: string | null;
  readonly text: string;
  readonly details: string;
}

export function activityColumns(entry: NewActivity, at: Date): ActivityColumns {
  return {
    at: at.getTime(),
    day: localDay(at),
    kind: entry.kind,
    account: entry.account ?? null,
    user: entry.user ?? null,
    message: entry.message ?? null,
    text: entry.text,
    details: JSON.stringify(entry.details ?? {}),
  };
}

export function activityOf(row: ActivityColumns & { readonly id: number }): Activity {
  return {
    id: row.id,
    at: new Date(row.at),
    kind: row.kind as ActivityKind,
    account: row.account ?? undefined,
    user: row.user ?? undefined,
    message: row.message ?? undefined,
    text: row.text,
    details: JSON.parse(row.details) as Activity['details'],
  };
}

/** The first day that is kept where today and the `days` days before it are, and when it begins. */
export function firstDayKept(days: number, today: Date): { readonly day: string; readonly at: Date } {
  const at = new Date(today.getFullYear(), today.getMonth(), today.getDate() - days);
  return { day: localDay(at), at };
}

/** The calendar day here: `2026-11-23`. */
function localDay(at: Date): string {
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
}
