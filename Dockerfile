# The image of every Revcycle service of docker-compose.yaml.
FROM python:3.13-slim-trixie AS packages
COPY requirements-uv.lock requirements-containers.lock /build/
RUN python -m venv /build/uv \
    && /build/uv/bin/python -m pip install --no-cache-dir --require-hashes -r /build/requirements-uv.lock \
    && python -m venv /opt/venv \
    && /build/uv/bin/uv pip install --no-config --no-cache --compile-bytecode --python /opt/venv/bin/python \
        --require-hashes -r /build/requirements-containers.lock

FROM python:3.13-slim-trixie
# The account that owns PRACTICE_FOLDER on the host, so that both sides can write there.
ARG ACCOUNT=10001
RUN useradd --uid "$ACCOUNT" --user-group --create-home --shell /usr/sbin/nologin revcycle \
    && install -d -m 0700 -o revcycle -g revcycle /opt/airflow /practice \
        /var/lib/revcycle /var/lib/revcycle/archive /var/lib/revcycle/inbox /var/lib/revcycle/logs \
        /var/lib/revcycle/simulator
COPY --from=packages /opt/venv /opt/venv
COPY LICENSE NOTICE /opt/revcycle/
COPY containers /opt/revcycle/containers
COPY dags /opt/revcycle/dags
COPY include /opt/revcycle/include
COPY plugins /opt/revcycle/plugins
# A checkout made under a strict umask is nobody's to read but root's.
RUN chmod -R a+rX /opt/revcycle
# PYTHONSAFEPATH: a file of the working folder must not stand in for a module of the standard library.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/opt/revcycle/include:/opt/revcycle/plugins \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONWARNINGS=ignore \
    AIRFLOW_HOME=/opt/airflow \
    REVCYCLE_STATE=/var/lib/revcycle \
    REVCYCLE_PRACTICE=/practice/practice.yaml
WORKDIR /opt/revcycle
USER revcycle
