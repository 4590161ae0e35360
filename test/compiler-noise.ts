const SAID_AT_ITS_END =
	/fatal error: all goroutines are asleep - deadlock!\n\ngoroutine (?:(?!\n\n(?!goroutine ))[^])*github\.com\/evanw\/esbuild(?:(?!\n\n(?!goroutine ))[^])*\n*/u;

/** What a program said, without the words of esbuild, which compiles programs as they start and sometimes dies loudly when they end. */
export function withoutCompilerNoise(stderr: string): string {
	return stderr.replace(SAID_AT_ITS_END, "");
}
