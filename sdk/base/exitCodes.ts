// What a program of the product tells the shell at its end (sysexits.h where there is a number for it).
export const EXIT = Object.freeze({ done: 0, failed: 1, usage: 2, notRunning: 69, stalled: 70, configuration: 78 });
