"""GetMetricData by namespace and by exactly the dimensions asked for; moto mixes namespaces, and takes none for any."""

from types import SimpleNamespace

from moto.cloudwatch.models import CloudWatchBackend

_moto = CloudWatchBackend.get_metric_data


def install():
    CloudWatchBackend.get_metric_data = _get_metric_data


def _get_metric_data(self, queries, start_time, end_time, scan_by="TimestampAscending"):
    if any("MetricStat" not in query for query in queries):
        return _moto(self, queries, start_time, end_time, scan_by)
    return [series for query in queries for series in _moto(_only(self, query), [query], start_time, end_time, scan_by)]


def _only(backend, query):
    metric = query["MetricStat"]["Metric"]
    wanted = sorted((one["Name"], one["Value"]) for one in metric.get("Dimensions", []))
    found = [
        value
        for value in backend.get_all_metrics()
        if (value.namespace, value.name) == (metric["Namespace"], metric["MetricName"])
        and sorted((one.name, one.value) for one in value.dimensions) == wanted
    ]
    return SimpleNamespace(get_all_metrics=lambda: found)
