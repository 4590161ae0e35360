import { expect, it } from "vitest";
import { withoutCompilerNoise } from "./compiler-noise.ts";

const DYING = `fatal error: all goroutines are asleep - deadlock!

goroutine 1 [chan receive]:
main.runService(0x1)
	github.com/evanw/esbuild/cmd/esbuild/service.go:99 +0x1

goroutine 7 [select]:
github.com/evanw/esbuild/internal/helpers.wait()
	helpers.go:1 +0x2
`;

it("takes the compiler's dying words away, and none of the program's", () => {
	expect(withoutCompilerNoise(`before\n${DYING}\nafter\n`)).toBe("before\nafter\n");
	expect(withoutCompilerNoise(DYING)).toBe("");
	const others = DYING.replaceAll("github.com/evanw/esbuild", "example.com/program");
	for (const said of ["", "an error\n", others]) expect(withoutCompilerNoise(said)).toBe(said);
});
