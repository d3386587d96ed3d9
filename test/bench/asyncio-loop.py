"""What people write themselves for such a job: each row of a CSV file to the service, 50 at a time, answers into a new
column. A failed call is tried again twice. Nothing is paced, saved on the way or resumed.

    python asyncio-loop.py <url> <input.csv> <output.csv> <concurrency>
"""

import asyncio
import csv
import sys

import aiohttp

ATTEMPTS = 3


async def call(session, inputs):
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with session.post("fabrics/run", json={"fabricId": "bench", "inputs": inputs}) as response:
                response.raise_for_status()
                return (await response.json())["output"]
        except (aiohttp.ClientError, asyncio.TimeoutError):
            if attempt == ATTEMPTS:
                raise
            await asyncio.sleep(2**attempt)


async def worker(session, rows, outputs):
    for index, row in rows:
        outputs[index] = await call(session, row)


async def main(url, input_path, output_path, concurrency):
    with open(input_path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        columns = list(reader.fieldnames or [])

    outputs = [None] * len(rows)
    to_do = enumerate(rows)
    connector = aiohttp.TCPConnector(limit=concurrency)
    timeout = aiohttp.ClientTimeout(total=60)
    headers = {"authorization": "Bearer bench-key"}
    async with aiohttp.ClientSession(
        base_url=f"{url}/", connector=connector, timeout=timeout, headers=headers
    ) as session:
        await asyncio.gather(*(worker(session, to_do, outputs) for _ in range(concurrency)))

    with open(output_path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*columns, "ai_output"])
        for row, output in zip(rows, outputs):
            writer.writerow([*row.values(), output])


if __name__ == "__main__":
    url, input_path, output_path, concurrency = sys.argv[1:]
    asyncio.run(main(url, input_path, output_path, int(concurrency)))
