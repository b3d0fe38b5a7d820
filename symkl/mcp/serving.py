"""The Model Context Protocol over standard input and output, by its Python SDK."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import anyio.to_thread
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from symkl.mcp import working
from symkl.mcp.answering import BETAS, LONGEST, RESPONSES, ROWS, Refused
from symkl.working import Worker

INSTRUCTIONS = (
    "symkl checks the mathematics of RLHF: each displayed row of a derivation is proved by a small kernel, refuted "
    "with a counterexample, or unknown. Write a derivation row by row, call check_derivation, mend the first row that "
    "needs attention, and check again until the verdict is proved. Never say that a row is proved which is not."
)

Text = Annotated[str, Field(max_length=LONGEST, description="the document: displays in $$ ... $$ are its rows")]
Directives = Annotated[
    list[str], Field(max_length=50, description="what holds of symbols: 'tau > 0', 'q distribution over y given x'")
]
Path = Annotated[str, Field(max_length=4096, description="of a document below the root, if there is one")]
Markup = Literal["markdown", "latex"]


def server(worker: Worker, *, files: bool) -> MCPServer[Any]:
    """A server with every tool. ``files``: whether paths below a root are taken."""
    made: MCPServer[Any] = MCPServer("symkl", instructions=INSTRUCTIONS, log_level="ERROR")
    where = "Files below the root may be read: path." if files else "No file is read: send the text."

    async def answer(tool: str, **arguments: Any) -> dict[str, Any]:
        try:
            return await anyio.to_thread.run_sync(lambda: working.answer(worker, tool, arguments))
        except Refused as refused:
            raise ToolError(str(refused)) from None

    @made.tool(description=(
        f"Check every displayed row of a derivation. {where} The answer has the verdict and at most {ROWS} rows, those "
        "that need attention first; rows='all' tells every row, and start goes on where an answer says there are more."
    ))  # fmt: skip
    async def check_derivation(
        text: Text = "", path: Path = "", markup: Markup = "markdown", claim: str = "",
        context: Directives = [], rows: Literal["attention", "all"] = "attention", start: int = 0,  # noqa: B006
    ) -> dict[str, Any]:  # fmt: skip
        return await answer(
            "check_derivation", text=text, path=path, markup=markup, claim=claim, context=context, rows=rows,
            start=start,
        )  # fmt: skip

    @made.tool(description="Check one formula in LaTeX, 'A = B', with others taken as given.")
    async def prove(formula: str, assume: list[str] = [], context: Directives = []) -> dict[str, Any]:  # noqa: B006
        return await answer("prove", formula=formula, assume=assume, context=context)

    @made.tool(description="Say what a law, a theorem or a slip is that an answer names.")
    async def explain(name: str) -> dict[str, Any]:
        return await answer("explain", name=name)

    @made.tool(description="Say what each symbol of a derivation was taken for.")
    async def symbols(
        text: Text = "", path: Path = "", markup: Markup = "markdown", context: Directives = []  # noqa: B006
    ) -> dict[str, Any]:
        return await answer("symbols", text=text, path=path, markup=markup, context=context)

    @made.tool(description="The theorems that a derivation may claim: <!-- symkl: claim NAME -->.")
    async def list_theorems() -> dict[str, Any]:
        return await answer("list_theorems")

    @made.tool(description=(
        "The policy that maximises E[r] - beta KL(pi || reference) over finitely many responses, in numbers: at most "
        f"{RESPONSES} responses and {BETAS} temperatures; reference has a probability for each reward."
    ))  # fmt: skip
    async def tilt(rewards: list[float], reference: list[float], betas: list[float]) -> dict[str, Any]:
        return await answer("tilt", rewards=rewards, reference=reference, betas=betas)

    return made


def serve(worker: Worker, *, files: bool) -> None:
    """Serve until standard input ends."""
    try:
        server(worker, files=files).run("stdio")
    finally:
        worker.close()
