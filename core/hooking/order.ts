// The order of taps, worked out from what manifests declare: stage first, then before/after, then the name. Pure.
import { type HookName, STAGES, type TapDeclaration } from '@postroom/sdk';

/** A declared tap of one plugin. */
export interface OrderableTap {
  /** `publisher.plugin` */
  readonly plugin: string;
  readonly declaration: TapDeclaration;
}

/** A tap in its place, and why it stands there. */
export interface OrderedTap<T extends OrderableTap = OrderableTap> {
  readonly tap: T;
  readonly stage: string;
  readonly reason: string;
}

export interface TapOrder<T extends OrderableTap = OrderableTap> {
  readonly taps: readonly OrderedTap<T>[];
  readonly warnings: readonly string[];
  /** Full names along the circle, the first one repeated at the end; taps in it are not among `taps`. */
  readonly cycle: readonly string[] | undefined;
}

/** `publisher.plugin/tap` */
export function tapName(tap: OrderableTap): string {
  return `${tap.plugin}/${tap.declaration.name}`;
}

/** Whose taps look back: they stand behind the hook's work. */
export const OUTCOME = 'outcome';

/** The stage a tap stands in: the declared one, else the last of its hook that does its work. */
export function stageOf(declaration: TapDeclaration): string {
  const stages = STAGES[declaration.hook].filter((stage) => stage !== OUTCOME);
  return declaration.stage ?? stages[stages.length - 1] ?? '';
}

/** Orders the taps of one hook. Unknown names warn; a circle is reported with its path. */
export function orderTaps<T extends OrderableTap>(hook: HookName, taps: readonly T[]): TapOrder<T> {
  const warnings: string[] = [];
  const ordered: OrderedTap<T>[] = [];
  let cycle: readonly string[] | undefined;
  const stages: readonly string[] = STAGES[hook];
  for (const stage of stages) {
    const here = taps.filter((tap) => stageOf(tap.declaration) === stage).sort(byName);
    const precedes = constraintsWithin(here, taps, stages, warnings);
    const remaining = new Set(here);
    while (remaining.size > 0) {
      const next = [...remaining].find((tap) => ![...remaining].some((other) => precedes.get(other)?.has(tap)));
      if (next === undefined) {
        cycle ??= pathOf(remaining, precedes);
        break;
      }
      remaining.delete(next);
      ordered.push({ tap: next, stage, reason: reasonFor(next, stage, here.length) });
    }
  }
  return { taps: ordered, warnings, cycle };
}

function byName(a: OrderableTap, b: OrderableTap): number {
  return tapName(a) < tapName(b) ? -1 : 1;
}

/** For each tap of a stage, the taps that must come after it. */
function constraintsWithin<T extends OrderableTap>(
  here: readonly T[],
  all: readonly T[],
  stages: readonly string[],
  warnings: string[],
): Map<T, Set<T>> {
  const precedes = new Map<T, Set<T>>(here.map((tap) => [tap, new Set<T>()]));
  for (const tap of here) {
    for (const [direction, names] of [
      ['before', tap.declaration.before],
      ['after', tap.declaration.after],
    ] as const) {
      for (const name of names ?? []) {
        const targets = all.filter((other) => other !== tap && (tapName(other) === name || other.plugin === name));
        if (targets.length === 0) {
          warnings.push(`${tapName(tap)} wants to be ${direction} ${name}, which is not there; the wish has no effect.`);
        }
        for (const target of targets) {
          if (!here.includes(target)) {
            const early = stages.indexOf(stageOf(tap.declaration)) < stages.indexOf(stageOf(target.declaration));
            if (name === tapName(target) && early !== (direction === 'before')) {
              warnings.push(
                `${tapName(tap)} wants to be ${direction} ${name}, but stage ${stageOf(tap.declaration)} comes ${early ? 'before' : 'after'} stage ${stageOf(target.declaration)}; the stage decides.`,
              );
            }
            continue;
          }
          const [first, second] = direction === 'before' ? [tap, target] : [target, tap];
          precedes.get(first)?.add(second);
        }
      }
    }
  }
  return precedes;
}

/** One circle among taps that block each other. */
function pathOf<T extends OrderableTap>(blocked: ReadonlySet<T>, precedes: ReadonlyMap<T, ReadonlySet<T>>): readonly string[] {
  const path: T[] = [];
  let at: T | undefined = [...blocked][0];
  while (at !== undefined && !path.includes(at)) {
    path.push(at);
    const current: T = at;
    at = [...blocked].find((other) => precedes.get(other)?.has(current));
  }
  const circle = at === undefined ? path : path.slice(path.indexOf(at));
  return [...circle, ...circle.slice(0, 1)].map(tapName).reverse();
}

function reasonFor(tap: OrderableTap, stage: string, inStage: number): string {
  const { before = [], after = [] } = tap.declaration;
  const wishes = [...after.map((name) => `after ${name}`), ...before.map((name) => `before ${name}`)];
  if (wishes.length > 0) {
    return `stage ${stage}, ${wishes.join(', ')}`;
  }
  return inStage > 1 ? `stage ${stage}, by name` : `stage ${stage}`;
}
