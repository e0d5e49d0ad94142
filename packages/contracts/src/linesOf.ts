/** The lines of an answer that has one JSON on each (a search, an asciicast), as they come. Leaving off reading ends the request. */
export async function* linesOf(answer: Response): AsyncGenerator<string, void> {
  if (answer.body === null) return;
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") yield line;
    }
    if (rest !== "") yield rest;
  } finally {
    void reader.cancel().catch(() => {});
  }
}
