/** Connections that each practice server holds at a time. The practice ISP is a plugin too, in a server that has other ports to keep open. */
export const MOST_PRACTICE_CONNECTIONS = 64;
