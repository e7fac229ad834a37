// What postal and rabid print: lines of complaint, and a row of figures at each full minute of the clock, under a heading that has the word "errors".
const HEADING = 'time,messages,data(K),errors,';
const ERRORS = HEADING.split(',').indexOf('errors');

/** Lines that complain, and rows that count an error. */
export function complaints(printed: string): readonly string[] {
  return printed.split('\n').filter((line) => {
    if (line.startsWith(HEADING)) return false;
    if (/^\d\d:\d\d,/.test(line)) return line.split(',')[ERRORS] !== '0';
    return /error|refused|bad/i.test(line);
  });
}
