// Takes rounds out of the plan that others made.

/** @type {import('@postroom/sdk').Activate} */
export function activate(context) {
  context.subscriptions.push(
    context.hooks.onSchedule.tap('limit', (plan, { timeZone }) => {
      const daysOff = context.settings.get('{{name}}.daysOff');
      return { rounds: plan.rounds.filter((round) => !isDayOff(round.at, timeZone, daysOff)) };
    }),
  );
}

/**
 * Whether there are no connections at that time. This is the function to change.
 * @param {Date} at
 * @param {string} timeZone
 * @param {readonly string[]} daysOff local days, 2026-12-25
 * @returns {boolean}
 */
export function isDayOff(at, timeZone, daysOff) {
  const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone }).format(at);
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone }).format(at);
  return weekday === 'Sat' || weekday === 'Sun' || daysOff.includes(day);
}
