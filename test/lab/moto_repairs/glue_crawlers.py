"""Crawlers that go READY, RUNNING, STOPPING, READY by themselves, and two calls that moto lacks."""

import os
import time

from moto.core.responses import ActionResult, EmptyResult
from moto.glue.exceptions import CrawlerNotRunningException, CrawlerRunningException
from moto.glue.models import FakeCrawl, FakeCrawler
from moto.glue.responses import GlueResponse

RUNNING_SECONDS = float(os.environ.get("LAB_CRAWL_RUNNING_SECONDS", "2"))
STOPPING_SECONDS = float(os.environ.get("LAB_CRAWL_STOPPING_SECONDS", "1"))

UPDATABLE = {
    "Role": "role",
    "DatabaseName": "database_name",
    "Description": "description",
    "Targets": "targets",
    "Schedule": "schedule",
    "Classifiers": "classifiers",
    "TablePrefix": "table_prefix",
    "SchemaChangePolicy": "schema_change_policy",
    "RecrawlPolicy": "recrawl_policy",
    "Configuration": "configuration",
}


def install():
    FakeCrawler.start_crawler = _start
    FakeCrawler.stop_crawler = _stop
    FakeCrawler.status = property(_state)
    FakeCrawler.as_dict = _described(FakeCrawler.as_dict)
    GlueResponse.update_crawler = _update
    GlueResponse.get_crawler_metrics = _metrics
    FakeCrawl.status = property(_crawl_status, lambda self, value: None)


def _crawl_status(self):
    """COMPLETED or STOPPED once it ended; RUNNING before."""
    if time.time() < _ends_at(self):
        return "RUNNING"
    return "STOPPED" if getattr(self, "stopped_at", None) else "COMPLETED"


def _stopping_from(crawl):
    return getattr(crawl, "stopped_at", None) or crawl.start_time.timestamp() + RUNNING_SECONDS


def _ends_at(crawl):
    return _stopping_from(crawl) + STOPPING_SECONDS


def _state(self):
    if not self.crawls or time.time() >= _ends_at(self.crawls[-1]):
        return "READY"
    return "STOPPING" if time.time() >= _stopping_from(self.crawls[-1]) else "RUNNING"


def _start(self):
    if self.status != "READY":
        raise CrawlerRunningException(f"Crawler with name {self.name} has already started")
    crawl = FakeCrawl(self.name)
    crawl.stopped_at = None
    self.crawls.append(crawl)


def _stop(self):
    if self.status != "RUNNING":
        raise CrawlerNotRunningException(f"Crawler with name {self.name} isn't running")
    self.crawls[-1].stopped_at = time.time()


def _described(original):
    def as_dict(self):
        shown = original(self)
        shown.pop("LastCrawl", None)
        ended = [crawl for crawl in self.crawls if time.time() >= _ends_at(crawl)]
        if ended:
            shown["LastCrawl"] = {
                "LogGroup": ended[-1].log_group,
                "LogStream": ended[-1].log_stream,
                "MessagePrefix": ended[-1].message_prefix,
                "StartTime": ended[-1].start_time,
                "Status": "CANCELLED" if ended[-1].stopped_at else "SUCCEEDED",
            }
        return shown

    return as_dict


def _update(self):
    parameters = self.parameters
    crawler = self.glue_backend.get_crawler(parameters["Name"])
    if crawler.status != "READY":
        raise CrawlerRunningException(f"Crawler with name {crawler.name} is running")
    for member, attribute in UPDATABLE.items():
        if member in parameters:
            setattr(crawler, attribute, parameters[member])
    crawler.version += 1
    return EmptyResult()


def _metrics(self):
    names = self.parameters.get("CrawlerNameList") or [one.get_name() for one in self.glue_backend.get_crawlers()]
    return ActionResult({"CrawlerMetricsList": [_metrics_of(self.glue_backend.get_crawler(name)) for name in names]})


def _metrics_of(crawler):
    running = crawler.status == "RUNNING"
    left = max(0.0, _stopping_from(crawler.crawls[-1]) - time.time()) if running else 0.0
    return {
        "CrawlerName": crawler.name,
        "TimeLeftSeconds": left,
        "StillEstimating": False,
        "LastRuntimeSeconds": RUNNING_SECONDS if crawler.crawls else 0.0,
        "MedianRuntimeSeconds": RUNNING_SECONDS if crawler.crawls else 0.0,
        "TablesCreated": 0,
        "TablesUpdated": 0,
        "TablesDeleted": 0,
    }
