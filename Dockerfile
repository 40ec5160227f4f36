# Build the wheel and compile it, then run it as a user without rights in an image without a compiler.
FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY emulator emulator
COPY fixtures fixtures
COPY docs/production docs/production
RUN python -m venv /opt/emulator \
 && /opt/emulator/bin/pip install --no-cache-dir . \
 && /opt/emulator/bin/python -m compileall -q /opt/emulator/lib

FROM python:3.12-slim
COPY --from=build /opt/emulator /opt/emulator
RUN useradd --create-home --uid 10001 emulator && install -d -o emulator /home/emulator/home
USER emulator
WORKDIR /home/emulator
ENV PATH=/opt/emulator/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    SYMPHONY_EMULATOR_HOST=0.0.0.0 \
    SYMPHONY_EMULATOR_PORT=8080 \
    SYMPHONY_EMULATOR_HOME=/home/emulator/home
VOLUME /home/emulator/home
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["symphony-emulator", "health"]
ENTRYPOINT ["symphony-emulator"]
CMD ["serve"]
