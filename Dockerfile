# botflow with all its extras, from the lock file; the command is `botflow`. compose.yaml runs it with what it needs.
FROM python:3.11-slim AS build
RUN python -m venv /opt/botflow
WORKDIR /src
COPY requirements.lock ./
RUN /opt/botflow/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY botflow botflow
COPY integrations integrations
RUN /opt/botflow/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN useradd --uid 10001 --create-home botflow
COPY --from=build /opt/botflow /opt/botflow
ENV PATH=/opt/botflow/bin:$PATH PYTHONUNBUFFERED=1
USER botflow
WORKDIR /home/botflow
EXPOSE 8000
# A worker has its health at another port: see compose.yaml.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD \
    ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["botflow"]
CMD ["serve", "--host", "0.0.0.0"]
