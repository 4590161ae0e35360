/** Set by the configuration of `npm run test:long`. */
const { TRAIL_ALL_RUNS } = process.env;

/** How many cases a property tries that takes seconds: all of them in the long run, a fifth or less in `npm test`. */
export const runs = (all: number, share = 5): number =>
	TRAIL_ALL_RUNS === undefined ? Math.ceil(all / share) : all;
