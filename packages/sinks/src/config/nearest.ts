/** ` Did you mean …?` where one of the known names is near, else what there is. */
export function suggestion(name: string, known: readonly string[]): string {
	const near = known
		.map((candidate) => ({
			candidate,
			edits: distance(name.toLowerCase(), candidate.toLowerCase()),
		}))
		.filter(({ candidate, edits }) => edits <= Math.max(1, Math.floor(candidate.length / 3)))
		.toSorted((a, b) => a.edits - b.edits)[0];
	return near === undefined ? `There is ${known.join(", ")}.` : `Did you mean ${near.candidate}?`;
}

/** Longer names are not typing mistakes. */
const MAX_CHARACTERS = 64;

/** Letters to insert, remove, replace or swap with their neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
	if (a.length > MAX_CHARACTERS) return Number.POSITIVE_INFINITY;
	let twoBefore: number[] = [];
	let before = Array.from({ length: b.length + 1 }, (_, column) => column);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1] ? 0 : 1;
			const edits = [at(before, j) + 1, at(row, j - 1) + 1, at(before, j - 1) + same];
			const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
			if (swapped) edits.push(at(twoBefore, j - 2) + 1);
			row.push(Math.min(...edits));
		}
		twoBefore = before;
		before = row;
	}
	return at(before, b.length);
}

function at(row: readonly number[], column: number): number {
	return row[column] ?? Number.POSITIVE_INFINITY;
}
