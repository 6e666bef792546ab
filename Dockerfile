# One image for both processes: `hubkeeper web` (the default) and `hubkeeper worker`.
FROM python:3.11-slim AS build
WORKDIR /src
COPY deploy/lock/run.txt deploy/lock/run.txt
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r deploy/lock/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY workers workers
RUN /venv/bin/pip install --no-cache-dir "setuptools>=77" \
    && /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN useradd --system --no-create-home hubkeeper
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 BIND=0.0.0.0 PORT=8080
USER hubkeeper
EXPOSE 8080
CMD ["hubkeeper", "web"]
